"""Networks that denoise: an MLP for points, the paper's U-Net for images."""
