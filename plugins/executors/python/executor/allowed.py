"""The standard library a program can import.

The component has no file system: only what is imported while it is built can be imported later, so this list is the
allow-list. What these modules import themselves is there too.
"""

import abc  # noqa: F401
import argparse  # noqa: F401
import array  # noqa: F401
import ast  # noqa: F401
import atexit  # noqa: F401
import base64  # noqa: F401
import bisect  # noqa: F401
import builtins  # noqa: F401
import calendar  # noqa: F401
import cmath  # noqa: F401
import codecs  # noqa: F401
import collections.abc  # noqa: F401
import colorsys  # noqa: F401
import configparser  # noqa: F401
import contextlib  # noqa: F401
import contextvars  # noqa: F401
import copy  # noqa: F401
import csv  # noqa: F401
import dataclasses  # noqa: F401
import datetime  # noqa: F401
import decimal  # noqa: F401
import difflib  # noqa: F401
import dis  # noqa: F401
import enum  # noqa: F401
import errno  # noqa: F401
import fnmatch  # noqa: F401
import fractions  # noqa: F401
import functools  # noqa: F401
import gc  # noqa: F401
import getopt  # noqa: F401
import glob  # noqa: F401
import graphlib  # noqa: F401
import gzip  # noqa: F401
import hashlib  # noqa: F401
import heapq  # noqa: F401
import html  # noqa: F401
import importlib  # noqa: F401
import inspect  # noqa: F401
import io  # noqa: F401
import itertools  # noqa: F401
import json  # noqa: F401
import keyword  # noqa: F401
import linecache  # noqa: F401
import locale  # noqa: F401
import logging  # noqa: F401
import math  # noqa: F401
import numbers  # noqa: F401
import opcode  # noqa: F401
import operator  # noqa: F401
import optparse  # noqa: F401
import os  # noqa: F401
import pathlib  # noqa: F401
import pickle  # noqa: F401
import pkgutil  # noqa: F401
import platform  # noqa: F401
import pprint  # noqa: F401
import queue  # noqa: F401
import random  # noqa: F401
import re  # noqa: F401
import reprlib  # noqa: F401
import sched  # noqa: F401
import secrets  # noqa: F401
import shlex  # noqa: F401
import shutil  # noqa: F401
import statistics  # noqa: F401
import string  # noqa: F401
import struct  # noqa: F401
import symtable  # noqa: F401
import sys  # noqa: F401
import tempfile  # noqa: F401
import textwrap  # noqa: F401
import threading  # noqa: F401
import time  # noqa: F401
import timeit  # noqa: F401
import token  # noqa: F401
import tokenize  # noqa: F401
import tomllib  # noqa: F401
import traceback  # noqa: F401
import types  # noqa: F401
import typing  # noqa: F401
import unicodedata  # noqa: F401
import uuid  # noqa: F401
import warnings  # noqa: F401
import weakref  # noqa: F401
import zipfile  # noqa: F401
import zlib  # noqa: F401

import __future__  # noqa: F401

# Encodings and formats that Python imports only when it meets them.
import _strptime  # noqa: F401
import encodings.ascii  # noqa: F401
import encodings.cp1252  # noqa: F401
import encodings.cp437  # noqa: F401
import encodings.idna  # noqa: F401
import encodings.latin_1  # noqa: F401
import encodings.utf_16  # noqa: F401
import encodings.utf_8_sig  # noqa: F401

# What some builds of CPython for WASI lack.
for _name in ("bz2", "cProfile", "ipaddress", "lzma", "pstats", "tracemalloc", "unittest", "xml.etree.ElementTree"):
    try:
        importlib.import_module(_name)
    except ImportError:
        pass

# Packages of other people that a program expects beside torch; they are the sandbox's own.
import einops  # noqa: E402, F401
import numpy  # noqa: E402, F401
import tqdm  # noqa: E402, F401
import typing_extensions  # noqa: E402, F401

# Not in the house: what would only fail in confusing ways later.
ABSENT = frozenset(
    """_ctypes _multiprocessing _posixsubprocess _socket _ssl asyncio concurrent ctypes fcntl http mmap multiprocessing
    select selectors signal socket socketserver sqlite3 ssl subprocess urllib""".split()
)

_NO_NETWORK = "data granted as a file, by open(): a sandbox has no network"
_ONE_PROCESS = "a plain loop: a sandbox has one process and one thread"
_OWN_MODEL = "a model in the program's own files"

# What programs look for most, and the nearest thing that is there.
INSTEAD = {
    "PIL": "a tensor of the pixels", "absl": "argparse and logging", "accelerate": "a plain training loop: there is "
    "one device",
    "asyncio": _ONE_PROCESS, "concurrent": _ONE_PROCESS, "ctypes": "struct", "cv2": "a tensor of the pixels",
    "datasets": _NO_NETWORK, "deepspeed": "a plain training loop: there is one device", "fire": "argparse",
    "flash_attn": "torch.nn.functional.scaled_dot_product_attention", "h5py": "numpy.savez", "http": _NO_NETWORK,
    "huggingface_hub": _NO_NETWORK, "hydra": "argparse", "jax": "torch.func", "jaxtyping": "a comment",
    "lightning": "a plain training loop", "loguru": "logging", "mamba_ssm": "torch.cumsum, or a loop over time",
    "matplotlib": "proofhouse.metric for curves, and "
    "print", "ml_collections": "dataclasses", "multiprocessing": _ONE_PROCESS,
    "nltk": "re", "numba": "torch", "omegaconf": "dataclasses", "pandas": "csv and "
    "numpy", "plotly": "proofhouse.metric",
    "psutil": "proofhouse.elapsed and proofhouse.deadline", "pydantic": "dataclasses",
    "pytorch_lightning": "a plain training loop", "regex": "re", "requests": _NO_NETWORK, "rich": "print",
    "safetensors": "numpy.savez", "scipy": "numpy.linalg, numpy.fft and torch.special", "seaborn": "proofhouse.metric",
    "sentencepiece": "proofhouse.tokens, or an encoding of "
    "bytes", "signal": "proofhouse.deadline", "sklearn": "numpy and torch",
    "socket": _NO_NETWORK, "sqlite3": "json", "ssl": _NO_NETWORK, "subprocess": _ONE_PROCESS, "sympy": "fractions",
    "tabulate": "an f-string", "tensorboard": "proofhouse.metric", "tensorboardX": "proofhouse.metric",
    "tensorflow": "torch",
    "tiktoken": "proofhouse.tokens, or an encoding of bytes", "timm": _OWN_MODEL,
    "tokenizers": "proofhouse.tokens, or an encoding of "
    "bytes", "torchaudio": "torch.fft", "torchtext": "proofhouse.tokens",
    "torchvision": "the program's own layers and transforms over torch, and data granted as a file",
    "transformers": _OWN_MODEL, "triton": "torch operations", "urllib": _NO_NETWORK, "wandb": "proofhouse.metric",
    "xformers": "torch.nn.functional.scaled_dot_product_attention", "yaml": "json",
}
