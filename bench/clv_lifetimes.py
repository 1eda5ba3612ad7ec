"""The same step by lifetimes 0.11.3, run by the Python of the bench's throwaway environment.

python bench/clv_lifetimes.py fit|score MODEL DATA PARAMETERS TIMES
"""

import json
import re
import sys
import time
import warnings
from pathlib import Path

import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter

warnings.filterwarnings("ignore")
step, model, path, theta, times = sys.argv[1:]
data = pd.read_csv(path.replace(".parquet", ".csv"))
frequency, recency, age = data.frequency, data.recency_days / 7, data.age_days / 7
margin = data.average_margin.fillna(0)
money = GammaGammaFitter()
money.params_ = pd.Series({"p": 6.25, "q": 3.74, "v": 15.44})


def fit():
    """Fit the model."""
    fitter = BetaGeoFitter() if model == "bg_nbd" else ParetoNBDFitter()
    fitter.fit(frequency, recency, age)


def score():
    """P(alive), and the discounted value of 36 months of every customer."""
    fitter = BetaGeoFitter() if model == "bg_nbd" else ParetoNBDFitter()
    fitter.params_ = pd.Series(json.loads(theta))
    fitter.predict = fitter.conditional_expected_number_of_purchases_up_to_time
    fitter.conditional_probability_alive(frequency, recency, age)
    return money.customer_lifetime_value(
        fitter,
        frequency,
        recency,
        age,
        margin,
        time=36,
        discount_rate=1.1 ** (1 / 12) - 1,
        freq="W",
    )


result = {"seconds": float("inf"), "cpu": float("inf")}
for _ in range(int(times)):
    begun, used = time.perf_counter(), time.process_time()
    value = fit() if step == "fit" else score()
    result["seconds"] = min(result["seconds"], time.perf_counter() - begun)
    result["cpu"] = min(result["cpu"], time.process_time() - used)
# getrusage would start from what the parent held
status = Path("/proc/self/status").read_text(encoding="utf-8")
result["mb"] = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024
if step == "score":
    result["mean_clv"] = value.mean()
print(json.dumps(result))
