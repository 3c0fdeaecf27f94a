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


stages.into(Right)
stages.into(WrongType)
stages.into(WrongOrder)
stages.into(TooFew)
stages.into(TooMany)
stages.into(NoRecord)
fnn.parallel(fnn.dense(4, 3), fnn.dense(4, 3)).into(Right)
