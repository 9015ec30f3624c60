#!/bin/sh
# Two of four packages that count SMS parts let an escape sequence be cut in two.
#
# In the GSM 7-bit alphabet "€" is an escape and a character, and 3GPP TS 23.040 (9.2.3.24)
# keeps the pair in one part. 152 letters, "€" and 152 letters are 306 septets, twice 153;
# as the pair does not fit behind 152, three parts are needed, and billed. The same holds
# for a surrogate pair at the 67th unit. sms-segments-calculator 1.3.0 and split-sms 0.1.7
# say three; sms-length 0.2.2 and sms-counter-npm 1.0.4 divide and say two.
#
# For us: the segment meter packs whole characters and is tested at the boundary.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
cd "$DIR"
npm install --silent --no-package-lock --no-audit --no-fund --prefix "$DIR" \
    sms-segments-calculator@1.3.0 split-sms@0.1.7 sms-length@0.2.2 sms-counter-npm@1.0.4 \
    >/dev/null
cat >count.js <<'JS'
const assert = require("assert");
const { SegmentedMessage } = require("sms-segments-calculator");
const split = require("split-sms").split;
const length = require("sms-length").count;
const counter = require("sms-counter-npm").count;
const text = "a".repeat(152) + "€" + "a".repeat(152);
const parts = {
  "sms-segments-calculator": new SegmentedMessage(text).segmentsCount,
  "split-sms": split(text).parts.length,
  "sms-length": length(text).messages,
  "sms-counter-npm": counter(text).messages,
};
console.log(parts);
assert.deepStrictEqual(Object.values(parts), [3, 3, 2, 2]);
JS
node count.js
echo "As described."
