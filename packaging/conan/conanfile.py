"""The Conan recipe of the C library. The archive of its source lies beside it."""

from pathlib import Path

from conan import ConanFile
from conan.tools.files import copy, rm, rmdir, unzip
from conan.tools.gnu import PkgConfigDeps
from conan.tools.layout import basic_layout
from conan.tools.meson import Meson, MesonToolchain


class Stoa(ConanFile):
    name = "stoa"
    description = "A columnar store for millions of small records"
    license = "MIT"
    topics = ("columnar", "struct-of-arrays", "records")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}
    exports_sources = "stoa-*.tar.xz"
    languages = "C"
    implements = ["auto_shared_fpic"]

    def layout(self):
        basic_layout(self, src_folder="src")

    def requirements(self):
        self.requires("xxhash/[>=0.8.0 <1]", libs=False, visible=False)  # one header, inlined

    def build_requirements(self):
        self.tool_requires("meson/[>=1.0.1 <2]")

    def source(self):
        archive = next(Path(self.export_sources_folder).glob("stoa-*.tar.xz"))
        unzip(self, str(archive), strip_root=True)

    def generate(self):
        PkgConfigDeps(self).generate()
        chain = MesonToolchain(self)
        chain.project_options["tests"] = "disabled"
        chain.generate()

    def build(self):
        meson = Meson(self)
        meson.configure()
        meson.build()

    def package(self):
        copy(self, "COPYING", self.source_folder, str(Path(self.package_folder, "licenses")))
        Meson(self).install()
        libraries = str(Path(self.package_folder, "lib"))
        rmdir(self, str(Path(libraries, "pkgconfig")))
        rm(self, "*.a" if self.options.shared else "*.so*", libraries)

    def package_info(self):
        self.cpp_info.libs = ["stoa"]
        self.cpp_info.set_property("pkg_config_name", "stoa")
        self.cpp_info.system_libs = ["m", "pthread"]
