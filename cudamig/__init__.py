"""cudamig moves a repository from one CUDA / PyTorch / Kubeflow stack to another."""

__version__ = "0.1.0"
