"""Sign-in, passwords and second factors: allauth and axes as they behave here."""
