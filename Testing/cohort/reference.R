# Prints, as JSON, what R's wilcox.test and pROC make of reference_data.csv and, if asked for, of
# pROC's own example (aSAH). Rscript reference.R reference_data.csv [aSAH.csv] > reference.json
suppressMessages(library(pROC))
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[1])
if (length(arguments) > 1) {
  data(aSAH)
  example <- data.frame(case = "aSAH", positive = as.integer(aSAH$outcome == "Poor"),
                        first = aSAH$s100b, second = aSAH$ndka)
  write.csv(example, arguments[2], row.names = FALSE)
  data <- rbind(data, example)
}
number <- function(x) formatC(x, digits = 17, format = "g")
one <- function(values, truth) {
  kept <- !is.na(values)
  p <- values[kept & truth == 1]
  n <- values[kept & truth == 0]
  test <- suppressWarnings(wilcox.test(p, n))
  curve <- roc(truth[kept], values[kept], direction = "<", levels = c(0, 1), quiet = TRUE)
  interval <- ci.auc(curve, method = "delong")
  best <- coords(curve, "best", best.method = "youden", transpose = FALSE,
                 ret = c("threshold", "tp", "tn"))
  best <- best[which.min(best$threshold), ]
  sensitivity <- binom.test(best$tp, length(p))$conf.int
  specificity <- binom.test(best$tn, length(n))$conf.int
  set.seed(1)
  boot <- ci.auc(curve, method = "bootstrap", boot.n = 4000, progress = "none")
  values <- c(U = unname(test$statistic), P = test$p.value, AUC = as.numeric(auc(curve)),
              low = interval[1], high = interval[3], cutoff = best$threshold, tp = best$tp,
              tn = best$tn, sens_low = sensitivity[1], sens_high = sensitivity[2],
              spec_low = specificity[1], spec_high = specificity[2],
              boot_low = unname(boot[1]), boot_high = unname(boot[3]))
  paste0("{", paste0("\"", names(values), "\": ", number(values), collapse = ", "), "}")
}
pair <- function(d) {
  both <- d[!is.na(d$first) & !is.na(d$second), ]
  r1 <- roc(both$positive, both$first, direction = "<", levels = c(0, 1), quiet = TRUE)
  r2 <- roc(both$positive, both$second, direction = "<", levels = c(0, 1), quiet = TRUE)
  test <- roc.test(r1, r2, method = "delong", paired = TRUE)
  values <- c(z = unname(test$statistic), P = test$p.value,
              low = test$conf.int[1], high = test$conf.int[2])
  paste0("{", paste0("\"", names(values), "\": ", number(values), collapse = ", "), "}")
}
cases <- sapply(unique(data$case), function(name) {
  d <- data[data$case == name, ]
  paste0("  \"", name, "\": {\n    \"first\": ", one(d$first, d$positive),
         ",\n    \"second\": ", one(d$second, d$positive),
         ",\n    \"pair\": ", pair(d), "\n  }")
})
cat("{\n  \"made by\": \"", R.version.string, ", pROC ", as.character(packageVersion("pROC")),
    "\",\n", paste(cases, collapse = ",\n"), "\n}\n", sep = "")
