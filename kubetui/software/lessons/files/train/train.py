"""Train a model that reads handwritten digits; data and model go to the volume at /data."""

import time
from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

DATA = Path("/data")

# 1797 pictures of 8 x 8 pixels from 0 to 16. They come with scikit-learn: nothing is downloaded.
pixels, digits = load_digits(return_X_y=True)
train_pixels, test_pixels, train_digits, test_digits = train_test_split(
    pixels, digits, test_size=0.2, stratify=digits, random_state=1
)
# a row is a digit and its 64 pixels
np.savetxt(DATA / "train.csv", np.column_stack([train_digits, train_pixels]), fmt="%d", delimiter=",")
np.savetxt(DATA / "test.csv", np.column_stack([test_digits, test_pixels]), fmt="%d", delimiter=",")

# The scaler is part of the model, so whoever loads the model scales as training did. With a scaler of its own each program
# has to remember it, and one that forgets gives wrong answers without an error.
model = make_pipeline(MinMaxScaler(), MLPClassifier(hidden_layer_sizes=(64,), max_iter=300, tol=0.002, random_state=1))
began = time.monotonic()
model.fit(train_pixels, train_digits)
print(f"trained on {len(train_digits)} pictures in {time.monotonic() - began:.1f} s")
print(f"score {model.score(test_pixels, test_digits):.3f} on {len(test_digits)} others")

# written whole or not at all: nobody loads half a model
joblib.dump(model, DATA / "model.joblib.new")
(DATA / "model.joblib.new").replace(DATA / "model.joblib")
print("wrote /data/model.joblib")
