"""What sites sent that could not be stored, and what they say they have lost."""
