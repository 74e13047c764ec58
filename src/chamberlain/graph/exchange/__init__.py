"""Exchange Online: what Graph neither shows nor changes. Two ways lead there, and Microsoft supports neither for this:
InvokeCommand, the endpoint behind its PowerShell module, and that module itself, run by us. Off unless switched on.
"""
