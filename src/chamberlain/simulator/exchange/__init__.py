"""Exchange Online's administration as it is simulated: InvokeCommand, and the documented API that mostly reads.

source  https://learn.microsoft.com/exchange/reference/admin-api-overview (read 2026) for the documented one. The other
        has no document: its shapes are those that Microsoft's PowerShell module sends and receives
"""
