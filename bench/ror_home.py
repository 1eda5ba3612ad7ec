import json, os, shutil, subprocess, sys, time
from datetime import UTC, datetime
from pathlib import Path
import duckdb
from dataclasses import asdict
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from orchestration.contract import read_contract
from orchestration.loading import load_input
from orchestration.defs.load import write_deliveries
from orchestration import identity
from orchestration.settings import hash_key

UNUSED=("survey_responses","survey_sends","content_metrics_daily","subscriptions","partner_ledger")
def build(landing: Path, home: Path):
    t0=time.time()
    shutil.rmtree(home, ignore_errors=True); (home/"build").mkdir(parents=True)
    db=home/"build"/"rapport.duckdb"; records=[]
    with duckdb.connect(str(db)) as c:
        for spec in read_contract(ROOT/"models"/"staging"):
            src=landing if spec.name not in UNUSED else home/"nothing"
            d=load_input(c, spec, src, home/"quarantine", hash_key=hash_key(home), load_id="bench", loaded_at=datetime(2026,1,1,tzinfo=UTC))
            records.append(asdict(d)|{"rejected":None})
    write_deliveries(db, records, {})
    t1=time.time()
    def dbt(*a):
        r=subprocess.run([str(ROOT/".venv/bin/dbt"),"--no-use-colors","build","--resource-type","seed","--resource-type","model",*a],cwd=ROOT,env=os.environ|{"HOME_DIR":str(home),"DBT_TARGET_PATH":str(home/"dbt"),"DBT_LOG_PATH":str(home/"logs")},capture_output=True,text=True)
        if r.returncode: print(r.stdout[-3000:]); raise SystemExit(1)
    dbt("--select","+int_identity_edges_listed")
    with duckdb.connect(str(db)) as c: identity.refresh(c)
    t2=time.time()
    dbt("--select",sys.argv[3] if len(sys.argv)>3 else "+int_uplift_buckets_compared","--exclude","+int_identity_edges_listed")
    print("load %.1f edges %.1f dbt %.1f"%(t1-t0,t2-t1,time.time()-t2))
build(Path(sys.argv[1]), Path(sys.argv[2]))
