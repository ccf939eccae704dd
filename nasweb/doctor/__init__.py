"""`manage.py doctor`: checks the installation and says what would help. Changes nothing."""
