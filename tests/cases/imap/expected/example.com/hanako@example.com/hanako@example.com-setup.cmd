@echo off
rem Adds the account in the .prf file beside this file to Outlook (classic).
rem UNTESTED: this file has not been tried on Windows yet.
rem Close Outlook first. Run it once, as the user who reads the mail, not as administrator.
setlocal
set "PRF=%~dp0hanako@example.com.prf"
if not exist "%PRF%" goto missing
tasklist /fi "imagename eq outlook.exe" /nh 2>nul | find /i "outlook.exe" >nul
if not errorlevel 1 goto running
start "" outlook.exe /importprf "%PRF%"
exit /b 0
:missing
echo This file is missing: "%PRF%"
echo Keep both files in one folder and try again.
pause
exit /b 1
:running
echo Outlook is running. Close it and try again.
pause
exit /b 1
