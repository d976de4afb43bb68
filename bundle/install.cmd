@echo off
rem Finds a Python that is new enough; the rest is install.py.
rem ASCII only: cmd reads this file in the code page of the machine, whichever that is.
setlocal
chcp 65001 >nul
for %%V in (3.14 3.13 3.12 3.11) do (
  py -%%V -c "" >nul 2>nul && set "PYTHON=py -%%V" && goto found
)
python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PYTHON=python" && goto found
type "%~dp0need-python.txt"
if "%~1"=="" pause
exit /b 1
:found
%PYTHON% "%~dp0install.py" %*
set "CODE=%ERRORLEVEL%"
if "%~1"=="" pause
exit /b %CODE%
