"""A resume, notes and jobs of a person who does not exist."""

from __future__ import annotations

RESUME = """# Iva Maren

iva.maren@example.org

## Experience

**Data Engineer, Tollgate Freight**, March 2021 to present

- Built the customs pipeline in Python and Airflow; nightly run time fell from 6 hours to 40 minutes.
- Moved 14 reports from spreadsheets to PostgreSQL and dbt.
- On call one week in four for the pricing service.

**Junior Analyst, Harrow Museums**, June 2018 to February 2021

- Wrote SQL reports on visitor numbers for 9 sites.

## Education

BSc Mathematics, University of Larkfield, 2018

## Skills

Python, SQL, Airflow, PostgreSQL, dbt
"""

NOTES = """# Cell biology, week 3

## Mitochondria

Mitochondria make most of the cell's supply of ATP. They have two membranes, an outer and an inner one.
The inner membrane is folded into cristae, which enlarge its surface.

## Photosynthesis

Chloroplasts capture the energy of light. The light-dependent reactions take place in the thylakoid membrane.
The Calvin cycle takes place in the stroma and fixes carbon dioxide; it was described by Melvin Calvin in 1950.

## Cell division

Mitosis has four phases: prophase, metaphase, anaphase and telophase. In metaphase the chromosomes line up in the
middle of the cell. Meiosis halves the number of chromosomes and gives four daughter cells.
"""

POSTINGS = (
    {
        "title": "Senior Data Engineer",
        "company": "Quarrymill Systems",
        "location": "Remote",
        "remote": "remote",
        "description": "We run a data platform for quarries.\n\nRequirements:\n- 3+ years of Python\n"
        "- Airflow in production\n- Kubernetes\n\nYou will own the pipelines of our pricing team.",
        "salary": "$120,000 - $140,000 a year",
    },
    {
        "title": "Analytics Engineer",
        "company": "Bramble Insurance",
        "location": "Leeds, UK",
        "remote": "onsite",
        "description": "Join the reporting team in Leeds.\n\nRequirements:\n- SQL and dbt\n- PostgreSQL\n- Tableau\n\n"
        "You will keep the reports of claims handlers right.",
    },
    {
        "title": "Pastry Chef",
        "company": "Linden Hotel",
        "location": "Vienna, Austria",
        "remote": "onsite",
        "description": "Requirements:\n- Three years in a hotel kitchen\n- Viennese pastry\n\n"
        "You lead the morning shift.",
    },
)
