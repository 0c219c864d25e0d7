"""Threads: how many are started, and what the variables that limit them do."""

from envdoctor.api import checks_of

CHECKS = checks_of(
    __name__,
    "more_threads_than_cpus",
    "nested_parallelism",
    "threads_capped",
    "thread_variable_without_effect",
    "invalid_thread_variable",
    "build_limit",
    "process_limit",
    "process_pinned",
)
