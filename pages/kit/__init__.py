"""Parts that pages share: words, forms, the frame, addresses, problems."""
