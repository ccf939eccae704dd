"""`manage.py doctor`: what works here and what does not, each with what helps. Changes nothing."""
