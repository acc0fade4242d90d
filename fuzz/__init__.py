"""Coverage-guided fuzzing of all that reads bytes from outside (atheris, which is libFuzzer).

``python -m fuzz [TARGET ...] --seconds N`` runs the targets one after the other, each for its
share of N seconds; ``python -m fuzz TARGET --input FILE`` tries a single input and needs no
atheris. Inputs that were found, and the corpus that grows from run to run, lie under
``build/fuzz/TARGET``.
"""
