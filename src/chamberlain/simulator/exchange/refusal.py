"""Exchange's errors: an envelope whose first detail names a hash, the exception's class, and what it says.

source  recorded from the service by users of Microsoft's PowerShell module, for example
        https://github.com/timmcmic/DLConversionV2/issues/129 (2023)
"""

from typing import Any

_TASKS = "Microsoft.Exchange.Configuration.Tasks."
_MANAGEMENT = "Microsoft.Exchange.Management.Tasks."


class ExchangeError(Exception):
    """What a cmdlet refuses with: status and code of the envelope, the exception's class, and its text."""

    def __init__(self, status: int, code: str, of: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.of = of
        self.text = text

    def document(self) -> dict[str, Any]:
        """The envelope."""
        message = f"Ex6F9304|{self.of}|{self.text}"
        return {
            "error": {
                "code": self.code,
                "message": f"Error executing request. {self.text}",
                "details": [{"code": "Context", "target": "", "message": message}],
                "innererror": {
                    "message": "Error executing request.",
                    "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                    "stacktrace": "",
                    "internalexception": {"message": message, "type": self.of, "stacktrace": ""},
                },
            }
        }


def object_missing(identity: str) -> ExchangeError:
    """Nothing of the kind that the cmdlet wants has this identity."""
    text = f"The operation couldn't be performed because object '{identity}' couldn't be found on 'SIMULATED.PROD'."
    return ExchangeError(404, "NotFound", f"{_TASKS}ManagementObjectNotFoundException", text)


def refused_on_purpose(cmdlet: str) -> ExchangeError:
    """What a control asked for: an error whose class says nothing that anybody could act on."""
    text = f"The cmdlet '{cmdlet}' didn't come to its end."
    return ExchangeError(400, "BadRequest", f"{_TASKS}TaskException", text)


def ambiguous(identity: str) -> ExchangeError:
    """Several have it: names are not unique."""
    text = f"The operation couldn't be performed because '{identity}' matches multiple entries."
    return ExchangeError(400, "BadRequest", f"{_TASKS}ManagementObjectAmbiguousException", text)


def member_exists(member: str, group: str) -> ExchangeError:
    """Somebody is in the group already."""
    text = f'The recipient "{member}" is already a member of the group "{group}".'
    return ExchangeError(400, "BadRequest", f"{_MANAGEMENT}MemberAlreadyExistsException", text)


def member_missing(member: str, group: str) -> ExchangeError:
    """Somebody is not in the group."""
    text = f'The recipient "{member}" isn\'t a member of the group "{group}".'
    return ExchangeError(400, "BadRequest", f"{_MANAGEMENT}MemberNotFoundException", text)


def needs_manager() -> ExchangeError:
    """An application manages no group: it has to say that this is not to be looked at."""
    text = "You don't have sufficient permissions. This operation can only be performed by a manager of the group."
    return ExchangeError(400, "BadRequest", f"{_MANAGEMENT}OperationRequiresGroupManagerException", text)


def from_premises(cmdlet: str, group: str) -> ExchangeError:
    """The group is mastered elsewhere. How the class is called is not known to us."""
    text = (
        f"The operation on the object '{group}' failed because it's out of the current user's write scope. The action "
        f"'{cmdlet}' can't be performed on the object '{group}' because the object is being synchronized from your "
        "on-premises organization. This action should be performed on the object in your on-premises organization."
    )
    return ExchangeError(400, "BadRequest", "System.InvalidOperationException", text)


def unknown_parameter(name: str) -> ExchangeError:
    """A cmdlet has no such parameter, or a value does not fit it."""
    text = f"A parameter cannot be found that matches parameter name '{name}'."
    return ExchangeError(400, "BadRequest", "System.Management.Automation.ParameterBindingException", text)


def missing_parameter(name: str) -> ExchangeError:
    """A cmdlet cannot do without it."""
    text = f"Cannot process command because of one or more missing mandatory parameters: {name}."
    return ExchangeError(400, "BadRequest", "System.Management.Automation.ParameterBindingException", text)


def unknown_cmdlet(name: str) -> ExchangeError:
    """Either there is no such cmdlet, or the caller's roles do not have it: Exchange tells no difference."""
    text = f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or executable program."
    return ExchangeError(404, "NotFound", "System.Management.Automation.CommandNotFoundException", text)


def bad_request(text: str) -> ExchangeError:
    """What is no call of a cmdlet."""
    return ExchangeError(400, "BadRequest", "System.ArgumentException", text)
