"""The paper (Ho, Jain & Abbeel 2020) as code: schedules, Gaussians, chains, trajectories.

Importing the package itself needs numpy alone; torch comes with the modules that use it.
"""

from ddpm_studio.diffusion.schedule import NoiseSchedule, ScheduleConfiguration, ScheduleError

__all__ = ["NoiseSchedule", "ScheduleConfiguration", "ScheduleError"]
