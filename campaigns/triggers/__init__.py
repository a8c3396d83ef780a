"""Events of other platforms as messages: paths, conditions, values and signatures. Pure: no
Django, clock or I/O."""
