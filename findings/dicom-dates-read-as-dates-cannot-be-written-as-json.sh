#!/bin/sh
# pydicom 3.0.2 cannot write as JSON what it has read as dates.
#
# With pydicom.config.datetime_conversion on, DA, TM and DT elements become date, time and
# datetime objects, which is how one compares the age of an image. The DICOM JSON model
# (PS3.18, annex F) of such a data set then raises "Object of type DA is not JSON
# serializable", for all three, though the objects keep the original text. Off (the
# default), the same data set is written.
#
# For us: dates of an image are read from their text where they are compared.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
python3 -m venv "$DIR/venv"
"$DIR/venv/bin/pip" install -q --disable-pip-version-check pydicom==3.0.2
"$DIR/venv/bin/python" - <<'PY'
import pydicom
from pydicom.dataset import Dataset

VALUES = {
    "AcquisitionDate": "20261101",
    "AcquisitionTime": "013000",
    "AcquisitionDateTime": "20261101013000.000000-0600",
}
for name, value in VALUES.items():
    pydicom.config.datetime_conversion = False
    as_text = Dataset()
    setattr(as_text, name, value)
    assert value in as_text.to_json()
    pydicom.config.datetime_conversion = True
    as_date = Dataset()
    setattr(as_date, name, value)
    try:
        as_date.to_json()
    except TypeError as error:
        print(name, error)
        assert "not JSON serializable" in str(error)
    else:
        raise SystemExit(f"{name} can be written now")
PY
echo "As described."
