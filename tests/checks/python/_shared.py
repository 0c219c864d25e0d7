"""What the tests of python share."""

USER = "/home/ada/.local/lib/python3.12/site-packages"
OTHER = "/opt/other"
