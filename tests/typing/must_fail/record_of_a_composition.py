"""Records that do not fit the composition whose parameters they should name."""

import fnn

stages = fnn.dense(4, 3) >> fnn.relu >> fnn.linear(3, 2)


@fnn.record
class Right:
    hidden: fnn.Dense
    out: fnn.Linear


@fnn.record
class WrongType:
    hidden: fnn.Dense
    out: fnn.Dense


@fnn.record
class WrongOrder:
    out: fnn.Linear
    hidden: fnn.Dense


@fnn.record
class TooFew:
    hidden: fnn.Dense


@fnn.record
class TooMany:
    hidden: fnn.Dense
    middle: fnn.Dense
    out: fnn.Linear


class NoRecord:
    hidden: fnn.Dense
    out: fnn.Linear


branches = fnn.parallel(fnn.dense(4, 3), fnn.dense(4, 3))

stages.into(Right)
stages.into(WrongType)  # E: Argument 1 to "into" of "Composed" has incompatible type "type
stages.into(WrongOrder)  # E: Argument 1 to "into" of "Composed" has incompatible type "type
stages.into(TooFew)  # E: Argument 1 to "into" of "Composed" has incompatible type "type
stages.into(TooMany)  # E: Argument 1 to "into" of "Composed" has incompatible type "type
stages.into(NoRecord)  # E: Argument 1 to "into" of "Composed" has incompatible type "type
branches.into(Right)  # E: Argument 1 to "into" of "Composed" has incompatible type "type
