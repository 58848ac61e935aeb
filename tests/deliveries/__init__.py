"""What comes in: uploads, pushed lines, column profiles."""
