"""What no rule about an item finds: of an environment, a plan, a rehearsal, an acknowledgement."""

from __future__ import annotations

from review.rules.rule import ERROR, WARNING

# Severity, what, why and remedy, as rules have them.
OTHER: dict[str, tuple[str, str, str, str]] = {
    "environment-unusable": (
        ERROR,
        "An environment does not load or synthesize.",
        "Nothing of it can be reviewed or deployed.",
        "Correct what the message names; ./psc synth --env NAME says the same.",
    ),
    "deployed-elsewhere": (
        ERROR,
        "A new stack makes what a removed stack had made.",
        "An environment or consumer of another name has a state of its own, which knows nothing of what is deployed: "
        "the next deployment builds everything anew and stops with 409 (already exists).",
        "Keep the name, or move the state before the next deployment (docs/state.md).",
    ),
    "rehearsal": (
        ERROR,
        "The rehearsal did not hold.",
        "The real Terraform and provider, against a stand-in of Google's APIs, did what a deployment must not.",
        "./psc rehearse --from BASE shows every step; docs/troubleshooting.md is sorted by symptom.",
    ),
    "stops-half-way": (
        ERROR,
        "An apply stops half-way.",
        "It destroys something that is still in use, which Google refuses with 400 (resourceInUseByAnotherResource), "
        "or protected, which the provider refuses, or makes something with the name, address or range of what still "
        "exists (409 or 400; a record in DNS may be gone afterwards). What came before it stays done, and further "
        "applies may stop at the same place.",
        "Give what is replaced lifecycle create_before_destroy and a name that changes with its content; or take two "
        "applies: first make the new one and let its user change over, then take the old one out. Where both would "
        "have the same address and port, give one of them another. What takes over a name, an address or a range is "
        "made in an apply after the one that takes out its former owner; two exchange theirs by way of a third. What "
        "exists already is imported first (docs/import.md).",
    ),
    "plan-without-change": (
        WARNING,
        "The code changes something, and the plan does not.",
        "The provider keeps an attribute that is left out, so what the file says is not what runs.",
        "Give the value that is wanted instead of leaving it out; once that is deployed, it may be left out.",
    ),
    "not-rehearsed": (
        WARNING,
        "The rehearsal could not be done.",
        "What really becomes of the deployment and its connections was not tried; all else here stands.",
        "Correct what the message names; ./psc rehearse --from BASE says the same.",
    ),
    "opened-outside": (
        WARNING,
        "Somebody has opened access outside Terraform.",
        "It is real already, and no review has seen it.",
        "Ask whoever did it; then apply a plan that takes it back, or write it into the configuration.",
    ),
    "plan-incomplete": (
        WARNING,
        "A plan does not cover all that there is to do.",
        "Terraform left out what it could not plan yet, so nothing here tells what becomes of it.",
        "Apply, plan again, and review that plan as well.",
    ),
    "plan-destroys": (
        ERROR,
        "A plan destroys what the code describes.",
        "It was made with -destroy: applying it takes the deployment down instead of bringing the change to it.",
        "Plan without -destroy; if the stack is to go, this is what its reviewers approve.",
    ),
    "imported": (
        WARNING,
        "Something that exists is taken over.",
        "From then on this deployment changes and destroys it; who made it may not know.",
        "Agree with whoever made it; docs/import.md says what to compare.",
    ),
    "action-invoked": (
        ERROR,
        "A plan invokes an action.",
        "A provider does something with the deployer's credentials that no resource and no state shows afterwards.",
        "Do it with a resource or apart from Terraform, or agree on what the action does.",
    ),
    "check-failed": (
        WARNING,
        "A check of the plan has failed.",
        "What the configuration promises does not hold in what is planned.",
        "Correct what the message names.",
    ),
    "acknowledgement-unused": (
        WARNING,
        "An acknowledgement matches no finding.",
        "It would silently cover the next finding of that rule at that address.",
        "Remove it from the environment's file, or correct its rule and address.",
    ),
    "acknowledgement-expired": (
        WARNING,
        "An acknowledgement has expired.",
        "What was accepted for a time is still there, and nobody has decided about it again.",
        "Correct what it covers, or decide again and give it another date.",
    ),
}
