"""The parts of tools/refresh_facts.py: fetch, read (pypi, matrix, images), and edit the tables as text."""
