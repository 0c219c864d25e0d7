"""Runs inside the patient: imports the modules named by its arguments, in this order, and says how that ended.

``--use`` as the first of them: each is used a little then, in memory. Two packages that bring a copy of one C library are
often imported side by side without a word, and fail at work.
Standard library only, old syntax: see `collector`.
"""

import json
import os
import sys


def _use_h5py(h5py):
    with h5py.File("scales", "w", driver="core", backing_store=False) as file:
        file.create_dataset("x", (5,), dtype="f4").make_scale()


def _use_netcdf(netcdf):
    data = netcdf.Dataset("scales.nc", "w", diskless=True)
    data.createDimension("x", 1)
    data.createVariable("x", "f4", ("x",))[:] = 1.0
    data.close()


def _use_tables(tables):
    file = tables.open_file("scales.h5", "w", driver="H5FD_CORE", driver_core_backing_store=0)
    file.create_array("/", "x", [1.0, 2.0])
    file.close()


def _use_rasterio(rasterio):
    from rasterio.warp import transform

    transform({"init": "epsg:4326"} if rasterio.__version__ < "1" else "EPSG:4326", "EPSG:3857", [1.0], [1.0])


def _use_fiona(_):
    from fiona.transform import transform

    transform("EPSG:4326", "EPSG:3857", [1.0], [1.0])


def _use_pyproj(pyproj):
    pyproj.CRS.from_epsg(4326).to_wkt()


def _use_pyarrow(pyarrow):
    pyarrow.array([1, 2, 3]).sum()


USES = {
    "h5py": _use_h5py,
    "netCDF4": _use_netcdf,
    "tables": _use_tables,
    "rasterio": _use_rasterio,
    "fiona": _use_fiona,
    "pyproj": _use_pyproj,
    "pyarrow": _use_pyarrow,
}


def flushes(number=2.2250738585072014e-308):
    """As in `loader`: subnormal numbers are zero."""
    return number / 2 == 0.0


def main():
    cookie, names = sys.argv[1], sys.argv[2:]
    used = names[:1] == ["--use"]
    names = names[1:] if used else names
    if sys.path[:1] == [os.path.dirname(os.path.abspath(__file__))]:
        del sys.path[0]
    sys.argv[1:] = []
    error, after = "", "start" if flushes() else ""
    try:
        for name in names:
            __import__(name)
            after = after or (name if flushes() else "")
        for name in names:
            if used and name in USES:
                USES[name](sys.modules[name])
    except BaseException as failure:
        error = "%s: %s" % (type(failure).__name__, failure)
    data = ("\n" + cookie + json.dumps({"error": error[:2000], "flushed": after}) + cookie + "\n").encode("ascii")
    while data:
        data = data[os.write(1, data) :]
    os._exit(0)


if __name__ == "__main__":
    main()
