"""Papers for these tests, written for this project."""

RESUME = """# Mira Tolnay
mira.tolnay@mail.example | +351 912 000 111 | Lisbon, Portugal

## Summary
Backend engineer who likes quiet systems.

## Experience
### Backend Engineer, Harbour Systems
2019-03 to 2022-08
- Built Python services on PostgreSQL for 40 ports.
- Moved 12 machines to Kubernetes.

### Junior Developer, Lantern Labs
2016-01 to 2019-02
- Wrote tests for payment code in Java.

## Education
BSc Computer Science, University of Aveiro, 2015

## Skills
Python, PostgreSQL, Docker, Kubernetes
"""

NURSE = """# Mira Tolnay

## Experience
### Night Nurse, Saint Ana Hospital
2010-01 to 2015-12
- Gave medicine and kept charts of 20 patients.

## Skills
Patient care, Triage
"""
