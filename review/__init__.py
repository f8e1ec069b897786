"""Reviews: what a change does to the deployment, from synthesized stacks, plans and rehearsals, for a pull request."""
