@echo off
rem BpfTune tunes Linux kernels and is built on Linux. Where the Windows Subsystem for Linux is present, the build runs there.
where wsl.exe >nul 2>nul
if errorlevel 1 (
  echo BpfTune is built on Linux: run build.sh there, or install WSL ^(wsl --install^) and try again. 1>&2
  exit /b 1
)
pushd "%~dp0"
wsl.exe -- bash ./build.sh %*
set status=%errorlevel%
popd
exit /b %status%
