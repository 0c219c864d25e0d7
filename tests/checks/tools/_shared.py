"""What the tests of tools share."""

USER = "/home/ada/.local/share/jupyter"
OTHER = "/opt/other"
