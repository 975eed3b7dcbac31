"""Why a certificate is not issued or changed, or an attendance not corrected."""


class CertificateError(Exception):
    """A refusal that concerns certificates or attendance."""


class NobodyToIssue(CertificateError):
    """Of those who were meant, nobody qualifies who has no certificate yet."""


class CertificateNotFound(CertificateError):
    """The event has no such certificate."""


class AlreadyWithdrawn(CertificateError):
    """The certificate is no longer valid."""


class NothingChanged(CertificateError):
    """What the certificate says is what is known of its holder still."""


class ReasonMissing(CertificateError):
    """It is not said why."""


class NotOfThisEvent(CertificateError):
    """The event has no such training session, or day."""


class RuleChanged(CertificateError):
    """The rule names a category that the event does not have, or no possible share."""
