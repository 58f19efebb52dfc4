"""Skills and fields of work that job queries name, for reading a query without a taxonomy."""

from __future__ import annotations

_SKILLS = """
python java javascript=js typescript=ts go=golang rust ruby php scala kotlin swift c++=cpp c#=csharp r perl haskell
elixir erlang clojure dart lua matlab julia sql nosql html css sass bash powershell solidity cobol fortran vba sas
spss stata abap apex groovy f# objective-c react=reactjs=react.js vue=vuejs=vue.js angular=angularjs svelte
next.js=nextjs nuxt node.js=node=nodejs express nestjs django flask fastapi spring spring-boot=spring.boot=springboot
rails=ruby.on.rails=ror laravel symfony .net=dotnet asp.net=asp.net.core phoenix qt jquery graphql rest grpc
react-native=react.native flutter ios android unity unreal xamarin electron webassembly=wasm threejs=three.js redux
tailwind aws=amazon.web.services gcp=google.cloud azure kubernetes=k8s docker terraform ansible puppet chef jenkins
helm pulumi openshift vmware linux unix windows-server git gitlab github-actions circleci argo-cd=argocd prometheus
grafana datadog splunk nginx istio vault postgresql=postgres mysql mongodb=mongo redis cassandra elasticsearch
dynamodb oracle sql-server=mssql=sql.server snowflake bigquery redshift databricks clickhouse neo4j sqlite cockroachdb
mariadb kafka=apache.kafka rabbitmq spark=apache.spark pyspark hadoop hive airflow=apache.airflow flink dbt beam
presto trino nifi etl luigi dagster pytorch=torch tensorflow keras scikit-learn=sklearn pandas numpy scipy jax
huggingface=hugging.face langchain opencv spacy llm=llms=large.language.models nlp=natural.language.processing
computer-vision=computer.vision machine-learning=machine.learning deep-learning=deep.learning mlops cuda xgboost
tableau power-bi=power.bi=powerbi looker excel=microsoft.excel qlik google-analytics=google.analytics mixpanel
amplitude segment salesforce sap hubspot netsuite quickbooks workday servicenow dynamics-365=dynamics.365 jira
confluence zendesk marketo pardot shopify magento wordpress drupal webflow wix contentful figma sketch photoshop
illustrator indesign after-effects=after.effects premiere=premiere.pro blender maya autocad solidworks revit catia
ansys ansible fpga verilog vhdl plc labview arduino raspberry-pi=raspberry.pi ros simulink can embedded-c=embedded.c
rtos selenium cypress playwright pytest junit postman jmeter appium seo sem google-ads=google.ads
facebook-ads=facebook.ads copywriting agile scrum kanban devops ci/cd=ci-cd microservices
event-sourcing=event.sourcing ddd=domain-driven.design tdd spanish french german italian portuguese dutch mandarin
chinese japanese korean arabic russian polish hindi turkish swedish english=fluent.english gaap ifrs bloomberg
forklift cdl phlebotomy epic=epic.ehr icd-10=icd10 hipaa cpr welding cad gis=arcgis bim hvac soldering cnc bookkeeping
payroll
"""


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for entry in _SKILLS.split():
        skill, *aliases = entry.split("=")
        for name in (
            skill,
            skill.replace("-", " "),
            *(alias if alias in _DOTTED else alias.replace(".", " ") for alias in aliases),
        ):
            table.setdefault(name, skill)
    return table


_DOTTED = frozenset({"react.js", "vue.js", "next.js", "three.js"})
SKILLS = _table()
"""Name or alias, folded -> the skill's name as an id."""

_FIELDS = """
tech technology finance fintech healthcare health sales marketing ai ml it hr crypto web3 gaming games education
edtech retail  energy climate biotech pharma banking insurance media saas b2b b2c security cybersecurity robotics
automotive aerospace logistics  manufacturing construction hospitality government nonprofit law legal consulting
engineering research data software hardware  design product operations january february march april may june july
august september october november december monday  computer science mathematics physics chemistry biology economics
business nursing accounting microsoft excel agile cloud big  human machine artificial natural supply public private
real customer social digital quality
"""
NOT_PLACES = frozenset(_FIELDS.split())
"""Words that follow "in" and are fields of work or times, not places."""

_SOURCES = """
linkedin:linkedin|indeed:indeed|dice:dice|dice.com:dice|wellfound:wellfound|angellist:wellfound|built in:builtin|
builtin:builtin|glassdoor:glassdoor|greenhouse:greenhouse|lever:lever|ashby:ashby|workable:workable|recruitee:recruitee|
personio:personio|teamtailor:teamtailor|smartrecruiters:smartrecruiters|remotive:remotive|remoteok:remoteok|
remote ok:remoteok|arbeitnow:arbeitnow|himalayas:himalayas|weworkremotely:weworkremotely|
we work remotely:weworkremotely|wwr:weworkremotely|the muse:themuse|themuse:themuse|adzuna:adzuna|usajobs:usajobs|
usa jobs:usajobs|hacker news:hn|hackernews:hn|hn:hn|who is hiring:hn|who's hiring:hn|ycombinator:ycombinator|
y combinator:ycombinator|yc:ycombinator|work at a startup:ycombinator|workatastartup:ycombinator|monster:monster|
ziprecruiter:ziprecruiter|stepstone:stepstone|xing:xing
"""
SOURCES = dict(entry.split(":", 1) for entry in _SOURCES.replace("\n", "").split("|"))
"""Name of a job board as people write it -> the source's name."""
