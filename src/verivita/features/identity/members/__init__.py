"""Those who look after people: members, suspension, vouchers."""
