"""Finds the Ruby that has Vagrant, and loads a Vagrantfile with it."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "data" / "vagrant_config.rb"


@functools.cache
def vagrants_ruby() -> str | None:
    for ruby in ("/opt/vagrant/embedded/bin/ruby", shutil.which("ruby")):
        if ruby and Path(ruby).exists():
            done = subprocess.run([ruby, "-e", 'require "vagrant"'], capture_output=True, check=False)
            if done.returncode == 0:
                return ruby
    return None
