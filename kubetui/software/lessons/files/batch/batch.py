"""Read every row of test.csv with the trained model, write the predictions beside it, and print the score."""

from pathlib import Path

import joblib
import numpy as np

DATA = Path("/data")

# a model loads reliably only in the version of scikit-learn that wrote it: both Jobs have the same image
model = joblib.load(DATA / "model.joblib")
rows = np.loadtxt(DATA / "test.csv", delimiter=",")
digits, pixels = rows[:, 0], rows[:, 1:]
predicted = model.predict(pixels)

with (DATA / "predictions.csv.new").open("w") as file:
    file.write("digit,predicted\n")
    file.writelines(f"{digit:.0f},{guess:.0f}\n" for digit, guess in zip(digits, predicted, strict=True))
(DATA / "predictions.csv.new").replace(DATA / "predictions.csv")
print(f"wrote /data/predictions.csv with {len(predicted)} rows")
print(f"score {(predicted == digits).mean():.3f}")
