"""Threads: how many are started, and what the variables that limit them do."""

from envdoctor_checks.threads import (
    build_limit,
    invalid_thread_variable,
    more_threads_than_cpus,
    nested_parallelism,
    process_limit,
    process_pinned,
    thread_variable_without_effect,
    threads_capped,
)

CHECKS = (
    more_threads_than_cpus.more_threads_than_cpus,
    nested_parallelism.nested_parallelism,
    threads_capped.threads_capped,
    thread_variable_without_effect.variable_without_effect,
    invalid_thread_variable.invalid_variable,
    build_limit.build_limit,
    process_limit.process_limit,
    process_pinned.process_pinned,
)
