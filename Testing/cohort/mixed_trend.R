# Prints, as JSON, what R's nlme makes of a table. The numbers are stored, so that the tests need no
# R: Rscript mixed_trend.R mixed_trend_data.csv > mixed_trend.json
suppressMessages(library(nlme))
d <- read.csv(commandArgs(trailingOnly = TRUE)[1])
d$y <- log(d$normalised_vp)
d$x <- d$days / 100
control <- lmeControl(opt = "optim", reltol = 1e-12, msMaxIter = 500)
one <- function(random) {
  fit <- lme(y ~ x, random = random, data = d, method = "REML", control = control)
  v <- as.numeric(VarCorr(fit)[, "StdDev"])
  values <- c(fixef(fit)[["x"]], sqrt(vcov(fit)["x", "x"]), v)
  paste0("[", paste(trimws(formatC(values, digits = 15, format = "g")), collapse = ", "), "]")
}
cat("{\"made by\": \"", R.version.string, ", nlme ", as.character(packageVersion("nlme")), "\",\n",
    "\"random intercept\": ", one(~ 1 | patient), ",\n",
    "\"random intercept and slope\": ", one(~ x | patient), "}\n", sep = "")
