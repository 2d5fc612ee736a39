"""A plan that makes no unit worse."""

from __future__ import annotations

from cudamig.fixing.plan import Plan, plan
from cudamig.run import Session
from cudamig.verify.proof import Proof, Prover


def safe_plan(session: Session, unsafe: bool, prover: Prover, refused: dict[str, str]) -> tuple[Plan, Proof]:
    """Plan, compile, leave out the files whose fixes made a unit worse, and again, until none is.

    They are put into ``refused`` with the reason; a group with a part in one of them is left out whole.
    """
    while True:
        done = plan(session, unsafe, refused)
        proof = prover.prove(done)
        found = prover.culprits(done, proof)
        if not found:
            return done, proof
        refused.update(found)
