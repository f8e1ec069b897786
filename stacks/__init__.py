"""The two stacks and the contract between them: output names, state, commands. Built from settings alone."""
