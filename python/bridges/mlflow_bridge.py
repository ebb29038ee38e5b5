# SPDX-License-Identifier: Apache-2.0
"""Logs to MLflow what `equipoise train --events` says: `equipoise train … --events 3 3>&1 >&2 | python mlflow_bridge.py`"""
import json
import re
import sys

import mlflow

for line in sys.stdin:
    event = json.loads(line)
    kind = event["event"]
    if kind == "begin":
        mlflow.set_experiment(event["settings"]["data"].rstrip("/").split("/")[-1] or "equipoise")
        mlflow.start_run(run_name="%s seed %d" % (event["method"], event["seed"]))
        mlflow.log_params({key: value[:500] for key, value in event["settings"].items()})
    elif kind == "warning":
        print("equipoise warns: " + event["message"], file=sys.stderr)
    elif mlflow.active_run():
        numbers = {re.sub(r"[^\w. -]", "-", key): float(value) for key, value in event.get("metrics", {}).items()}
        if numbers:
            mlflow.log_metrics(numbers, step=event.get("step", 0))
        if kind == "end":
            mlflow.end_run("FINISHED" if event["status"] == "finished" else "FAILED")
