"""What a fitted model's answer for a user rests on, in words and numbers that stand on their own."""
