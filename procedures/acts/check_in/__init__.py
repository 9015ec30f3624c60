"""The act check_in: the patient may be treated today."""
