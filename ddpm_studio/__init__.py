"""DDPM Studio: see a denoising diffusion probabilistic model work."""

__version__ = "0.1.0"
