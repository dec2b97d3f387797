"""What is told to whom: owners hear of news on their sites by email, programs by webhooks."""
