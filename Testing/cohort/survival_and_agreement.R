# Prints, as JSON, what R's survival and psych make of two tables. The numbers are stored, so that
# the tests need no R: Rscript survival_and_agreement.R survival.csv agreement.csv > stored.json
suppressMessages(library(survival))
suppressMessages(library(psych))
arguments <- commandArgs(trailingOnly = TRUE)
number <- function(x) ifelse(is.finite(x), trimws(formatC(x, digits = 17, format = "g")), "null")
listed <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")
object <- function(fields) {
  paste0("{", paste0("\"", names(fields), "\": ", fields, collapse = ",\n    "), "}")
}

survived <- function(d) {
  curve <- summary(survfit(Surv(time, event) ~ 1, d, conf.type = "log-log"), censored = TRUE)
  test <- survdiff(Surv(time, event) ~ x > 0, d)
  model <- coxph(Surv(time, event) ~ x, d, ties = "efron", control = coxph.control(eps = 1e-11))
  fit <- summary(model)
  object(c(
    time = listed(curve$time), at_risk = listed(curve$n.risk), survival = listed(curve$surv),
    low = listed(curve$lower), high = listed(curve$upper), chi2 = number(test$chisq),
    logrank_P = number(pchisq(test$chisq, 1, lower.tail = FALSE)),
    Cox = listed(c(fit$coefficients[c(1, 3)], fit$conf.int[c(1, 3, 4)], fit$coefficients[5]))
  ))
}

agreed <- function(d) {
  values <- as.matrix(xtabs(value ~ subject + rater, d))
  class(values) <- "matrix"
  n <- nrow(values)
  k <- ncol(values)
  long <- data.frame(value = c(values), subject = factor(rep(seq_len(n), k)))
  within <- summary(aov(value ~ subject, long))[[1]]["Residuals", ]
  ends <- sqrt(within[["Mean Sq"]] * within[["Df"]] / qchisq(c(0.975, 0.025), within[["Df"]]))
  shares <- apply(values, 1, sd) / rowMeans(values)
  icc <- ICC(values, lmer = FALSE)$results
  rows <- icc[c("Single_raters_absolute", "Single_random_raters", "Single_fixed_raters"), ]
  difference <- values[, 2] - values[, 1]
  bias <- t.test(values[, 2], values[, 1], paired = TRUE)
  slope <- cor.test(difference, (values[, 1] + values[, 2]) / 2)
  object(c(
    within_SD = listed(c(sqrt(within[["Mean Sq"]]), ends)),
    repeatability = listed(qnorm(0.975) * sqrt(2) * c(sqrt(within[["Mean Sq"]]), ends)),
    within_CV = number(100 * sqrt(mean(shares^2))),
    ICC = listed(rows$ICC), ICC_low = listed(rows[["lower bound"]]),
    ICC_high = listed(rows[["upper bound"]]),
    bias = listed(c(bias$estimate, bias$conf.int)), SD = number(sd(difference)),
    limits = listed(mean(difference) + c(-1, 1) * qnorm(0.975) * sd(difference)),
    slope_P = number(slope$p.value)
  ))
}

cases <- function(d, of) {
  found <- sapply(unique(d$case), function(name) of(d[d$case == name, ]))
  paste0("{", paste0("\"", names(found), "\": ", found, collapse = ",\n  "), "}")
}
made <- paste0(R.version.string, ", survival ", packageVersion("survival"), ", psych ",
               packageVersion("psych"))
cat("{\"made by\": \"", made, "\",\n\"survival\": ", cases(read.csv(arguments[1]), survived),
    ",\n\"agreement\": ", cases(read.csv(arguments[2]), agreed), "}\n", sep = "")
