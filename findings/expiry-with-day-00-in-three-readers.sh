#!/bin/sh
# Three GS1 readers give three values for one valid expiry date, none says that they differ.
#
# In a GS1 element string the expiry (17)YYMM00 means the last day of that month; many
# single-use kits carry it. For 280300 bark-js 1.2.1 returns "2028-03-00", an ISO-shaped
# text that is no date; gs1js 0.0.2 the six digits as they are; gs1-barcode-parser-mod
# 1.2.1 a Date of March 31 at midnight of the machine's own zone, which in UTC (as JSON
# sends it) is March 31 in Chicago and March 30 in Berlin.
#
# For us: day 00 is read in one place, as a plain date without a zone.
set -eu
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
cd "$DIR"
npm install --silent --no-package-lock --no-audit --no-fund --prefix "$DIR" \
    bark-js@1.2.1 gs1js@0.0.2 gs1-barcode-parser-mod@1.2.1 >/dev/null
cat >read.js <<'JS'
const assert = require("assert");
const text = "01095200000000111728030010K26B";
const bark = require("bark-js")(text).elements.find((e) => e.ai === "17").value;
const { GS1Reader } = require("gs1js");
const raw = new GS1Reader(text)
  .getApplicationIdentifiers()
  .find((e) => e.identifier === "17").value;
const mod = require("gs1-barcode-parser-mod");
const date = (mod.parseBarcode || mod)(text).parsedCodeItems.find((e) => e.ai === "17").data;
console.log(process.env.TZ, "|", bark, "|", raw, "|", date.toJSON());
assert.strictEqual(bark, "2028-03-00");
assert.ok(isNaN(new Date(bark)));
assert.strictEqual(raw, "280300");
const utc = { "America/Chicago": "2028-03-31", "Europe/Berlin": "2028-03-30" };
assert.strictEqual(date.toJSON().slice(0, 10), utc[process.env.TZ]);
JS
TZ=America/Chicago node read.js
TZ=Europe/Berlin node read.js
echo "As described."
