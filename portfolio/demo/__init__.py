"""The demo's data: people, organizations, keys and three runs. Loaded by ``manage.py load_demo``, in development only."""
