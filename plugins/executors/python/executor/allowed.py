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
import cmath  # noqa: F401
import codecs  # noqa: F401
import collections.abc  # noqa: F401
import configparser  # noqa: F401
import contextlib  # noqa: F401
import contextvars  # noqa: F401
import copy  # noqa: F401
import csv  # noqa: F401
import dataclasses  # noqa: F401
import datetime  # noqa: F401
import decimal  # noqa: F401
import difflib  # noqa: F401
import enum  # noqa: F401
import errno  # noqa: F401
import fnmatch  # noqa: F401
import fractions  # noqa: F401
import functools  # noqa: F401
import gc  # noqa: F401
import glob  # noqa: F401
import gzip  # noqa: F401
import hashlib  # noqa: F401
import heapq  # noqa: F401
import html  # noqa: F401
import importlib  # noqa: F401
import inspect  # noqa: F401
import io  # noqa: F401
import itertools  # noqa: F401
import json  # noqa: F401
import linecache  # noqa: F401
import logging  # noqa: F401
import math  # noqa: F401
import numbers  # noqa: F401
import operator  # noqa: F401
import os  # noqa: F401
import pathlib  # noqa: F401
import pickle  # noqa: F401
import platform  # noqa: F401
import pprint  # noqa: F401
import queue  # noqa: F401
import random  # noqa: F401
import re  # noqa: F401
import reprlib  # noqa: F401
import secrets  # noqa: F401
import shlex  # noqa: F401
import shutil  # noqa: F401
import statistics  # noqa: F401
import string  # noqa: F401
import struct  # noqa: F401
import sys  # noqa: F401
import tempfile  # noqa: F401
import textwrap  # noqa: F401
import threading  # noqa: F401
import time  # noqa: F401
import timeit  # noqa: F401
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

# Not in the house: what would only fail in confusing ways later.
ABSENT = frozenset(
    """_ctypes _multiprocessing _posixsubprocess _socket _ssl asyncio concurrent ctypes fcntl http mmap multiprocessing
    select selectors signal socket socketserver sqlite3 ssl subprocess urllib""".split()
)
